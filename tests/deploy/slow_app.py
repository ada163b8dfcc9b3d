"""An application of the web server that takes its time to be read, and says which process answers."""

import os
import time

time.sleep(1.5)


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]
