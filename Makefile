# Everything runs in .venv, which `setup` makes and keeps up to date (standalone/bootstrap.py says how).
PYTHON ?= python3
BAG ?= sample/room
VOCABULARY ?= config/vocabularies/scannet20.yaml
MODEL ?= tiny
OUT ?= out/demo

VENV := $(CURDIR)/.venv
# Interfaces built into .venv are found by the loader's path. The ROS wheels add it themselves; a sourced ROS does not.
RUN := env LD_LIBRARY_PATH=$(VENV)/lib$${LD_LIBRARY_PATH:+:$$LD_LIBRARY_PATH} $(VENV)/bin/
# Set by the ROS wheels in every process below a Python of theirs, it would keep ours from finding its libraries.
unexport _ROS_WHEELS_BOOTSTRAP_COMPLETE
# As xmask3d_ros/__init__.py sets it, for tests that import PyTorch before it: busy cores make waiting threads costly.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help demo test lint setup clean

help:
	@echo "make demo   play a recording into the node and collect its labelled cloud: BAG=$(BAG) VOCABULARY=... MODEL=$(MODEL) OUT=$(OUT)"
	@echo "make test   check style and types, and run the tests"
	@echo "make lint   check style and types"
	@echo "make clean  remove what was built and written, but not .venv"
	@echo "Each sets up .venv first; PYTHON=$(PYTHON) is the interpreter it is made with."

demo: setup
	$(RUN)xmask3d demo $(BAG) --vocabulary $(VOCABULARY) --model $(MODEL) --out $(OUT)

test: export OMP_NUM_THREADS = 1
test: lint
	$(RUN)python -m pytest -n 2 --dist loadgroup

lint: setup
	$(RUN)python -m ruff check
	$(RUN)python -m ruff format --check
	$(RUN)python -m mypy

setup:
	@$(PYTHON) standalone/bootstrap.py --venv $(VENV)

clean:
	rm -rf build install log out .pytest_cache .mypy_cache .ruff_cache .hypothesis
