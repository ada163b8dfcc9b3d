"""The web server, with its application read before its workers are split off: `python -m config.serve`, with the words of granian.

A worker that was killed is back as soon as it is split off again, instead of reading everything anew while nobody answers; and what was
read is in memory once for all of them.
"""

import gc
import sys
from importlib import import_module

from granian.cli import entrypoint

if __name__ == "__main__":
    import_module(sys.argv[-1].partition(":")[0])
    gc.collect()
    gc.freeze()  # the collector of a worker would write into what they share
    gc.set_threshold(10_000, 20, 20)  # a request leaves hardly any circles behind: looking for them several times in each is in vain
    entrypoint()
