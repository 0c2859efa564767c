# Everything runs in .venv, which `setup` makes and keeps up to date (standalone/bootstrap.py says how).
PYTHON ?= python3
BAG ?= sample/room
VOCABULARY ?= config/vocabularies/scannet20.yaml
MODEL ?= tiny
OUT ?= out/demo
# Of the recipe's rooms alone: an epoch is a view of each room that stands there.
DATA ?= data/rooms1200
RUNS ?= runs
# Frozen networks to start from: those of the bundled model where there is one, else towers trained here (hours).
TOWERS ?= $(if $(wildcard xmask3d_ros/models/tiny/config.json),xmask3d_ros/models/tiny,$(RUNS)/towers)

VENV := $(CURDIR)/.venv
# Interfaces built into .venv are found by the loader's path. The ROS wheels add it themselves; a sourced ROS does not.
RUN := env LD_LIBRARY_PATH="$(VENV)/lib$${LD_LIBRARY_PATH:+:$$LD_LIBRARY_PATH}" "$(VENV)"/bin/
ROOMS = $(RUN)xmask3d train synthetic rooms --out $(DATA)
# Set by the ROS wheels in every process below a Python of theirs, it would keep ours from finding its libraries.
unexport _ROS_WHEELS_BOOTSTRAP_COMPLETE
# As xmask3d_ros/__init__.py sets it, for tests that import PyTorch before it: busy cores make waiting threads costly.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help demo test lint setup clean reproduce reproduce-tiny

help:
	@echo "make demo   play a recording into the node and collect its labelled cloud: BAG=$(BAG) VOCABULARY=... MODEL=$(MODEL) OUT=$(OUT)"
	@echo "make test   check style and types, and run the tests"
	@echo "make lint   check style and types"
	@echo "make reproduce-tiny  make rooms, train the small network in them, test it: DATA=$(DATA) RUNS=$(RUNS)"
	@echo "make reproduce       all experiments of docs/reproduction.md, about a day on two cores"
	@echo "make clean  remove what was built and written, but not .venv, data and runs"
	@echo "Each sets up .venv first; PYTHON=$(PYTHON) is the interpreter it is made with."

demo: setup
	$(RUN)xmask3d demo "$(BAG)" --vocabulary "$(VOCABULARY)" --model "$(MODEL)" --out "$(OUT)"

test: export OMP_NUM_THREADS = 1
test: lint
	$(RUN)python -m pytest -n 2 --dist loadgroup

lint: setup
	$(RUN)python -m ruff check
	$(RUN)python -m ruff format --check
	$(RUN)python -m mypy

# Every stage is left out once it is done, and an interrupted training goes on. Times are of two CPU cores.
reproduce-tiny: $(DATA)/.rooms-1200 $(TOWERS)/config.json
	@echo "training B15/N4 in two parts and testing it: an hour and a half"
	$(RUN)xmask3d train reproduce tiny_seed0 --data $(DATA) --towers $(TOWERS) --out $(RUNS)/reproduction
	@cat $(RUNS)/reproduction/tables.md

reproduce: $(DATA)/.rooms-1200 $(TOWERS)/config.json
	@echo "fifteen trainings, fourteen tests: about a day"
	$(RUN)xmask3d train reproduce --data $(DATA) --towers $(TOWERS) --out $(RUNS)/reproduction
	@cat $(RUNS)/reproduction/tables.md

$(DATA)/.rooms-1200: | setup
	@echo "making 1200 rooms to train in and 20 to test in: about 20 minutes"
	$(ROOMS) --rooms 400 --views 4 --seed 60000
	$(ROOMS) --rooms 220 --views 4 --seed 61000 --kind bathroom
	$(ROOMS) --rooms 240 --views 4 --seed 62000 --kind kitchen
	$(ROOMS) --rooms 200 --views 4 --seed 63000 --kind "mixed room"
	$(ROOMS) --rooms 140 --views 4 --seed 64000 --kind office
	$(ROOMS) --rooms 20 --views 20 --seed 5000 --held-out
	touch $@

# The towers, where none are given: docs/reproduction.md, section 2.
$(DATA)/towers/val.jsonl: $(DATA)/.rooms-1200
	$(RUN)xmask3d train towers pairs --data $(DATA)

$(RUNS)/towers/config.json: $(DATA)/towers/val.jsonl
	@echo "training CLIP, VAE and UNet: hours"
	$(RUN)xmask3d train towers clip fit --config training/configs/towers/clip.yaml --data.root $(DATA) \
		--trainer.default_root_dir $(RUNS)/clip --ckpt_path last
	$(RUN)xmask3d train towers vae fit --config training/configs/towers/vae.yaml --data.root $(DATA) \
		--trainer.default_root_dir $(RUNS)/vae --ckpt_path last
	$(RUN)xmask3d train towers diffusion fit --config training/configs/towers/diffusion.yaml --data.root $(DATA) \
		--model.vae $(RUNS)/vae/tower --trainer.default_root_dir $(RUNS)/diffusion --ckpt_path last
	$(RUN)xmask3d train towers join $(RUNS)/clip/tower $(RUNS)/diffusion/tower --out $(RUNS)/towers

setup:
	@$(PYTHON) standalone/bootstrap.py --venv "$(VENV)"

clean:
	rm -rf build install log out .pytest_cache .mypy_cache .ruff_cache .hypothesis
