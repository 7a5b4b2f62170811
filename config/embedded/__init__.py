"""The default database: a PostgreSQL server of the product's own, kept in `DATA_DIR`.

The server outlives the command that started it, so the next command finds it running. It listens
on a Unix socket alone. What makes this safe:

- `postgres.lock` is locked by whoever starts a server and then, through the inherited descriptor,
  by every process of that server. The kernel lets go of it when the last one is gone, however it
  ended. So a free lock proves that no server of ours runs on the data, whatever `postmaster.pid`
  claims, and no process is ever signalled because of a number in a file.
- The server works in its data directory and knows it as `/proc/self/cwd`, never by its path. The
  path may have any length and any characters, and it may lie where only root can go.
- The socket lies in a new directory under `/tmp` (its path has to be short) that only the server's
  user may enter. That is why no password is asked: who can reach the socket is the owner, or root.
  The link `postgres.socket` says where it is; a target that is not ours is not used.
- PostgreSQL refuses to run as root. Root's server runs as a user that nothing else on the machine
  runs as, from a copy of the binaries which that user can read. A server on data that belongs to
  somebody else runs as that owner.
"""

from config.embedded.server import EmbeddedServer

__all__ = ["EmbeddedServer"]
