"""Addresses of the page, and of the ways in and out."""

from django.urls import path

from dashboard.pages.views import DashboardView, FaviconView, SignInView, SignOutView

urlpatterns = [
    path("", DashboardView.as_view(), name="dashboard"),
    path("favicon.ico", FaviconView.as_view()),
    path("sign-in/", SignInView.as_view(), name="sign-in"),
    path("sign-out/", SignOutView.as_view(), name="sign-out"),
]
