"""The product's settings, and one more address: the empty view that is the floor."""

from config.settings import *  # noqa: F403 - all of them

ROOT_URLCONF = "benchmarks.floor"
