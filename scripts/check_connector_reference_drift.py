"""See node_gate.py."""

from node_gate import run

run(__file__)
