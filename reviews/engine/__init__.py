"""Who reviews what, as an exact optimisation: affinity, flow, proof, shortage, lottery. No database, no Django.

Everything is whole numbers, so that a result can be worked out again on another machine to the last digit. The modules import
numpy, scipy and OR-tools; nothing that runs in the web process may import them when it is loaded.
"""
