# make demo   see it work: a simulated table, or SOURCE=<video|bag|folder|camera> COMMAND="..."
# make test   everything that CI checks
.DEFAULT_GOAL := help
.PHONY: help demo test lint types imports unit test-slow test-ros test-oldest clean

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Without a source the demonstration is on the simulated tabletop.
SOURCE ?=
COMMAND ?= the person
# For the tests of training, of export and of the shipped graphs against it; one version, so that a
# fresh machine does not get whatever is newest. Of the extra [export] all but timm, which brings a
# torchvision that must match this very torch; Pillow for the preprocessing to compare with.
TORCH ?= torch==2.13.0 onnx onnxscript pillow safetensors tokenizers transformers
# A model file that is already here, instead of fetching the preset's own.
MODEL ?=

help:
	@sed -n '1,2s/^# //p' Makefile

$(VENV)/.installed: setup.cfg setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,sim,viz]' $(TORCH)
	@touch $@

# What the demonstration needs and no more; without MuJoCo it plays recorded clips.
$(VENV)/.demo: setup.cfg setup.py pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[sim]' || { \
	  echo 'MuJoCo cannot be installed here, so recorded clips will be played'; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check -e .; }
	@touch $@

demo: $(VENV)/.demo
ifeq ($(SOURCE),)
	$(BIN)/tenet-ros demo
else
	$(if $(filter sim sim:%,$(SOURCE)),,$(BIN)/tenet-ros models pull coco $(if $(MODEL),--from $(MODEL)))
	$(BIN)/tenet-ros demo "$(SOURCE)" "$(COMMAND)"
endif

test: lint types imports unit

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy

imports: $(VENV)/.installed
	$(BIN)/lint-imports

unit: $(VENV)/.installed
	$(BIN)/python -m pytest -q

test-slow: $(VENV)/.installed
	$(BIN)/python -m pytest -q -m slow

# With a ROS 2 installation sourced; it needs the packages of package.xml.
test-ros:
	$(PYTHON) -m pytest -q -m "not slow and not gpu" tests/ros tests/standalone/test_with_ros.py

# The oldest NumPy that is promised: the one of ROS 2 Humble's and Jazzy's own binaries.
test-oldest:
	$(PYTHON) -m venv .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet -e '.[test]' 'numpy==1.26.*' 'opencv-python-headless<4.12'
	.venv-oldest/bin/python -m pytest -q

clean:
	rm -rf $(VENV) .venv-oldest build dist *.egg-info
