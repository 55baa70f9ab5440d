# Two commands for a newcomer: make run, make test. The rest is listed by make help.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
PRINT_FONT := /usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc
LAN ?=
export LICENCE_QR_PORT ?= $(PORT)
export LICENCE_QR_LAN ?= $(if $(LAN),1,0)

.PHONY: help run init test lint types unit browser bench screenshots lock clean fonts debian

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready fonts ## demonstration register, keys and server on http://127.0.0.1:8000 (PORT=8001 for another, LAN=1 for phones)
	@echo "[3/4] 演示登记库与密钥 demonstration register and keys"
	@$(BIN)/licence-qr init --demonstration
	@echo "[4/4] 启动服务，Ctrl-C 停止 serving, stop with Ctrl-C"
	@exec $(BIN)/licence-qr serve

init: .venv/ready ## an empty production register and keys (see docs/settings.md)
	@$(BIN)/licence-qr init

test: .venv/ready-dev debian lint types unit browser ## everything: lint, types, tests, browser, foreign QR readers

lint: .venv/ready-dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-dev ## mypy --strict
	$(BIN)/mypy

unit: .venv/ready-dev debian ## all tests but the browser's, on both cores
	$(BIN)/pytest -q -n 2 --dist loadgroup -m "not browser"

browser: .venv/ready-dev debian ## the tests that drive chromium
	$(BIN)/pytest -q -n 2 --dist loadfile -m browser

bench: .venv/ready-dev ## one table: figure, goal, measured, ratio
	$(BIN)/python -m bench

screenshots: .venv/ready-dev debian ## the pictures of the README, from the running program
	$(BIN)/python -m docs.screenshots

lock: .venv/ready-dev ## pin all dependencies anew, with hashes
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra dev pyproject.toml requirements-build.in -c requirements.lock -o requirements-dev.lock

clean: ## remove what was built; the register and the keys stay
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "需要 Python 3.11 或更高版本。 Python 3.11 or later is needed; name it: make PYTHON=python3.12 …"; exit 1; }
	@echo "[1/4] 建立虚拟环境 making .venv"
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "请先安装 venv：apt-get install python3-venv  (install it, then run make again)"; exit 1; }

.venv/ready: requirements.lock pyproject.toml | .venv/bin/python
	@echo "[2/4] 安装依赖（带哈希校验） installing the pinned dependencies"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

.venv/ready-dev: requirements-dev.lock pyproject.toml | .venv/bin/python
	@echo "安装测试依赖 installing the pinned test dependencies"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@ .venv/ready

# Cards are printed with Noto CJK; without it everything works but the PDF.
fonts:
	@[ -e $(PRINT_FONT) ] || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "安装打印字体 installing the print font fonts-noto-cjk"; \
	  { apt-get install -qq -y --no-install-recommends fonts-noto-cjk || \
	    { apt-get update -qq && apt-get install -qq -y --no-install-recommends fonts-noto-cjk; }; } >/dev/null 2>&1 || \
	  echo "未能安装 fonts-noto-cjk，打印 PDF 前请安装。 Could not install fonts-noto-cjk; do so before printing PDFs."; \
	else echo "打印 PDF 需要字体：apt-get install fonts-noto-cjk  (needed before a PDF card can be printed)"; fi

debian:
	@missing=""; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	[ -e $(PRINT_FONT) ] || missing="$$missing fonts-noto-cjk"; \
	/sbin/ldconfig -p | grep -q 'libzbar.so.0' || missing="$$missing libzbar0"; \
	command -v softhsm2-util >/dev/null || missing="$$missing softhsm2"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "安装 installing:$$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null; \
	  else echo "请先安装 install first: apt-get install$$missing"; exit 1; fi; \
	fi
