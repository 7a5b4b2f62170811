"""How gunicorn serves the product: gunicorn -c python:config.gunicorn config.wsgi"""

import os

host = os.environ.get("BIND_ADDRESS", "127.0.0.1")
port = os.environ.get("PORT", "8000")
bind = f"{host}:{port}"

# One process with threads, since the throttle counts requests in the memory of its process.
# An answer waits for the database most of the time, and each thread keeps its connections.
workers = 1
worker_class = "gthread"
threads = int(os.environ.get("SERVER_THREADS", "8"))

# A connection that is kept costs no thread here, and spares clients a new one each time.
keepalive = 75
# Requests are logged by the application, with their ids.
accesslog = None
loglevel = os.environ.get("LOG_LEVEL", "info").lower()
# Nobody steers the server but by signals, so it needs no socket in somebody's home directory.
control_socket_disable = True
