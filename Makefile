# Two commands for a newcomer: make run, make test. The rest is listed by make help.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
FONTS := /usr/share/fonts
# The lists of packages of a new machine are empty or old: asked for again only where an install fails.
INSTALL := DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends
APT = install() { $(INSTALL) "$$@" >/dev/null 2>&1 || { apt-get update -qq && $(INSTALL) "$$@" >/dev/null; }; }; install
# Its own node, not the machine's: a wheel beside the others. npm and what it starts find it first.
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
PYTEST := $(BIN)/pytest -q -n 4 --dist loadgroup --no-loadscope-reorder
QUICK := tests/catalogue tests/domain tests/store tests/services tests/web tests/credential \
  tests/test_architecture.py tests/test_documents.py tests/test_scripts.py tests/test_terms.py \
  tests/test_wording.py
T ?=
COLLECTED ?=
LAN ?=
ADVISORIES ?=
ENGINE ?= chromium firefox webkit
# The compiled program is kept, whatever the machine's habit: tests start it more than a hundred times.
export PYTHONDONTWRITEBYTECODE :=
export LICENCE_QR_PORT ?= $(PORT)
export LICENCE_QR_LAN ?= $(if $(LAN),1,0)

.PHONY: help run init test quick checked collected campaign engines fresh lint types audit bench screenshots lock clean fonts debian debian-quick debian-engines debootstrap buildah

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready fonts ## demonstration register, keys and server on http://127.0.0.1:8000 (PORT=8001 for another, LAN=1 for phones)
	@echo "[3/4] 演示登记库与密钥 demonstration register and keys"
	@$(BIN)/licence-qr init --demonstration
	@echo "[4/4] 启动服务，Ctrl-C 停止 serving, stop with Ctrl-C"
	@exec $(BIN)/licence-qr serve

init: .venv/ready ## an empty production register and keys, ROOT=folder for the root key (see docs/running/keys.md)
	@$(BIN)/licence-qr init $(if $(ROOT),--root-folder "$(ROOT)")

test: debian .venv/ready-dev node_modules/ready ## everything: lint, types, tests, browser, foreign QR readers; T=path for some tests
ifneq ($(T),)
	$(PYTEST) $(T)
else
	$(MAKE) --no-print-directory -j2 checked
	$(PYTEST)
endif

quick: debian-quick .venv/ready-dev node_modules/ready ## before a commit: lint, types, the tests that start no browser and no server
	$(MAKE) --no-print-directory -j2 checked COLLECTED="$(QUICK)"
	$(PYTEST) $(QUICK)

# Beside each other, which two cores do in the time of the longest.
checked: types lint collected

# What pytest and hypothesis work out of the sources and keep: each worker of a new machine would do it for itself.
collected: .venv/ready-dev
	@told="$$($(BIN)/pytest -q --collect-only $(COLLECTED) 2>&1)" || { tail -n 40 <<<"$$told"; exit 1; }

campaign: debian debootstrap buildah .venv/ready-dev node_modules/ready ## the long forms: 100,000 mutants, hundreds of kills, every card (T=path for some)
	$(PYTEST) --campaign -m "campaign or hypothesis" --timeout=7200 $(T)

engines: debian-engines .venv/ready-engines ## the journeys of tests/engines in chromium, Firefox and WebKit (ENGINE=firefox for one, T=path)
	$(BIN)/pytest -q $(or $(T),tests/engines) $(addprefix --engine ,$(ENGINE))

fresh: debootstrap ## as root: make run and make test on a machine that has never seen this project (tools/fresh.sh)
	@tools/fresh.sh

# What new machines are made with: for make fresh, and for following docs/deploy.md.
debootstrap:
	@command -v debootstrap >/dev/null || [ "$$(id -u)" != 0 ] || { $(APT) debootstrap; }

# What the image of deploy/container is built with.
buildah:
	@command -v buildah >/dev/null || [ "$$(id -u)" != 0 ] || { $(APT) buildah; }

lint: .venv/ready-dev node_modules/ready ## ruff: rules and format; biome and tsc: rules, format and types of the scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(NPM) run --silent lint

types: .venv/ready-dev ## mypy --strict
	$(BIN)/mypy

audit: .venv/ready-dev ## known faults of what is pinned (ADVISORIES="PyPI.zip npm.zip", exports in the OSV format)
	$(BIN)/python -m tools.audit $(ADVISORIES)

bench: .venv/ready-dev ## one table: figure, goal, measured, ratio
	$(BIN)/python -m bench

screenshots: .venv/ready-dev debian ## the pictures of the README, from the running program
	$(BIN)/python -m tools.screenshots

lock: .venv/ready-dev ## pin all dependencies anew, with hashes
	$(PIP) install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  --extra dev pyproject.toml requirements-build.in -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  tests/engines/requirements.in -c requirements-dev.lock -o tests/engines/requirements.lock
	$(NPM) install --package-lock-only

clean: ## remove what was built; the register and the keys stay
	rm -rf .venv node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

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

# What drives the engines, beside the other test dependencies.
.venv/ready-engines: tests/engines/requirements.lock .venv/ready-dev
	@echo "安装驱动浏览器的依赖 installing what drives the engines"
	@$(PIP) install --require-hashes -r tests/engines/requirements.lock
	@touch $@

node_modules/ready: package-lock.json .npmrc .venv/ready-dev
	@echo "安装脚本检查工具 installing what checks the scripts"
	@$(NPM) ci --loglevel=error
	@touch $@

# Cards are printed with these; without them everything works in a demonstration but the PDF.
fonts:
	@$(NEED) $(NEED_FONTS) [ -z "$$missing" ] || if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "安装打印字体 installing the fonts for printing:$$missing"; \
	  for each in $$missing; do { $(APT) $$each; } || \
	  echo "未能安装 $$each，打印 PDF 前请安装。 Could not install $$each; do so before printing PDFs."; done; \
	else echo "打印 PDF 需要字体：apt-get install$$missing  (needed before a PDF card can be printed)"; fi

# What the tests and the tools call beside Python. One line each: the package, and how to see that it is there.
# tests/test_makefile.py holds that every program called by name in the tests, tools and benches stands here.
debian:
	@$(NEED) \
	need caddy command -v caddy; \
	need chromium command -v chromium; \
	need chromium-headless-shell command -v chromium-headless-shell; \
	need iproute2 command -v ip; \
	need libatomic1 grep -q libatomic.so.1 <(/sbin/ldconfig -p); \
	need nginx-light command -v nginx; \
	need nftables command -v nft; \
	need poppler-utils command -v pdffonts; \
	need softhsm2 command -v softhsm2-util; \
	need strace command -v strace; \
	need systemd command -v systemd-analyze; \
	need systemd command -v systemd-socket-activate; \
	$(NEED_PRINTING) $(INSTALL_MISSING)

# What make quick does with: no browser, no hardware module, nothing that is watched from outside.
debian-quick:
	@$(NEED) $(NEED_PRINTING) $(INSTALL_MISSING)

# The engines with what drives them, for make engines alone. Firefox is spoken with by itself; WebKit needs a screen.
debian-engines:
	@$(NEED) \
	need chromium command -v chromium; \
	need chromium-driver command -v chromedriver; \
	need firefox-esr command -v firefox-esr; \
	need webkit2gtk-driver command -v WebKitWebDriver; \
	need xvfb command -v Xvfb; \
	$(NEED_PRINTING) $(INSTALL_MISSING)

NEED = missing=""; need() { package=$$1; shift; "$$@" >/dev/null 2>&1 || missing="$$missing $$package"; };
# The packages of licence_qr/printing/fonts.py.
NEED_FONTS = need fonts-noto-cjk test -e $(FONTS)/opentype/noto/NotoSerifCJK-Bold.ttc; \
	need fonts-noto-core test -e $(FONTS)/truetype/noto/NotoNaskhArabic-Regular.ttf; \
	need fonts-hanazono test -e $(FONTS)/truetype/hanazono/HanaMinB.ttf; \
	need fonts-babelstone-han test -e $(FONTS)/truetype/babelstone/BabelStoneHan.ttf;
NEED_PRINTING = $(NEED_FONTS) need libzbar0 grep -q libzbar.so.0 <(/sbin/ldconfig -p);
INSTALL_MISSING = if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "安装 installing:$$missing"; \
	    { $(APT) $$missing; } || { echo "未能安装 could not install:$$missing"; exit 1; }; \
	  else echo "请先安装 install first: apt-get install$$missing"; exit 1; fi; \
	fi
