# Every way to build, test and start 警仓 Jingcang. `make help` lists the targets.
# Nothing here needs root except `ci-packages`; no package index address is written anywhere:
# pip uses what the machine is configured with, or the folder `wheels/` of a bundle.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
JINGCANG := $(VENV)/bin/jingcang
OFFLINE := $(if $(wildcard wheels/*.whl),--no-index --find-links wheels,)
PIP_INSTALL := $(PY) -m pip install -qq --disable-pip-version-check

export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: help setup demo test lint types contracts contracts-check checks bench train eval docs bundle bundle-test kills histories clean ci-packages slow

help:
	@echo "setup demo test lint types contracts contracts-check checks bench train eval docs bundle bundle-test kills histories clean ci-packages slow"

# --- environment: a stamp file each, so that a second call is instant -------------------------------

setup: .setup-project .setup-extensions

.setup-venv: requirements-dev.txt
	@echo "准备运行环境（首次约需几分钟）"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) \
	  || { echo "无法创建虚拟环境：请先安装 python3-venv（例如 apt-get install python3-venv）"; exit 1; }
	@$(PIP_INSTALL) $(OFFLINE) --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

.setup-project: .setup-venv pyproject.toml
	@$(PIP_INSTALL) --no-index --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@

.setup-extensions: .setup-project
	@$(PY) -c "from jingcang.home import Home; from jingcang.landing.duckdb_extensions import install; install(Home.resolve())"
	@touch $@

# --- running ----------------------------------------------------------------------------------------

demo: setup
	@$(JINGCANG) demo

# --- checks -----------------------------------------------------------------------------------------

test: setup
	@$(MAKE) --no-print-directory -j 2 types lint contracts-check
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# what takes more than a minute and runs in a drawn short form in `test`
slow: setup
	@JINGCANG_TEST_ALL=1 $(PY) -m pytest -m "slow or drawn" -n 2 --dist loadfile --no-loadscope-reorder

lint: setup
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@if ls dbt_project/models/*/*.sql >/dev/null 2>&1; then $(VENV)/bin/sqlfluff lint -q --processes 2 dbt_project/models; fi

types: setup
	@$(VENV)/bin/mypy

# `contracts` regenerates everything that follows from data_contracts; `test` only checks, so drift fails CI.
contracts: setup
	@$(PY) -m jingcang.contracts.generate
	@$(PY) -m orchestration.lineage

contracts-check: setup
	@$(PY) -m jingcang.contracts.generate --check
	@$(PY) -m orchestration.lineage --check

# --- seeded faults: SEED decides everything, ONLY repeats one number -----------------------------------

N ?= 1000
FAULTS = --n $(N) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

kills: setup
	@$(PY) -m tests.faults.kills --workers 3 $(FAULTS)

histories: setup
	@$(PY) -m tests.faults.histories $(FAULTS)

# every registered check with its planted mutation; the default suite plants a seeded sample of the row rules
checks: setup
	@JINGCANG_ALL_CHECKS=1 $(PY) -m pytest tests/contracts/test_register.py tests/contracts/test_compiled_artefacts.py

bench: setup
	@$(PY) -m tests.benchmarks.run

# --- label models: DATA is the folder of annotated texts, which is not part of the repository ----------

DATA ?= ../shared/data/narratives

train: setup
	@$(PY) -m jingcang.labelling.models.training $(DATA)

eval: setup
	@$(PY) -m tests.evaluation.labelling $(DATA) --write
	@$(PY) -m tests.evaluation.codes
	@$(PY) -m tests.evaluation.clues
	@$(PY) -m tests.evaluation.addresses

docs: contracts

# --- one archive from which set-up and demo work without a network -----------------------------------

bundle: setup
	@$(PY) -m orchestration.bundle dist/jingcang-bundle.tar.gz

bundle-test: bundle
	@$(PY) -m pytest tests/pipeline/test_bundle.py --bundle dist/jingcang-bundle.tar.gz

clean:
	rm -rf $(VENV) .setup-* dist .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs

# --- system packages for the full test run (needs root) ----------------------------------------------

CI_PACKAGES := postgresql mariadb-server chromium fonts-noto-cjk libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0

ci-packages:
	@missing=""; for package in $(CI_PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "安装系统软件包：$$missing"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi
