# Needs make and a Python of at least 3.11 with its venv module; everything else comes from the hashed lock files.
#   make setup PYTHON=python3.13     uses that interpreter
#   make run PORT=8001               serves on that port
# The package index that pip is configured with (PIP_INDEX_URL or pip.conf) is the one used.

PORT ?= 8000
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
LOCKS := requirements.lock.txt requirements-dev.lock.txt requirements-setup.lock.txt

.DEFAULT_GOAL := help
.PHONY: setup run test bench lint mutation lock help runtime

# Makes the virtual environment where there is none that fits, and installs the lock file named by $$LOCK into it. A stamp
# in it holds a sum of all that went in, so that a second run has nothing to do.
define INSTALL
fits() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_venv() { "$$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }
wanted() { [ -z "$$PYTHON" ] || [ "$$("$$PYTHON" -VV)" = "$$($(BIN)/python -VV)" ]; }
key="$$(cat Makefile pyproject.toml $(LOCKS) | cksum) $$PWD"
usable=
if fits $(BIN)/python && wanted; then
    for stamp in $$STAMPS; do
        [ "$$(cat "$(VENV)/$$stamp" 2>/dev/null)" != "$$key" ] || exit 0
    done
    ! $(BIN)/python -m pip --version >/dev/null 2>&1 || usable=yes
fi
if [ -z "$$usable" ]; then
    found=; python=
    if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; else set -- python3.13 python3.12 python3.11 python3 python; fi
    for each; do
        fits "$$each" || continue
        found=$$each
        if makes_venv "$$each"; then python=$$each; break; fi
    done
    if [ -z "$$found" ]; then
        echo "Python 3.11 or newer is needed and was not found: install it (Debian, Ubuntu: apt install python3 python3-venv), then run make again. / 未找到 Python 3.11 或更高版本，请安装后重新运行 make。" >&2
        exit 1
    fi
    if [ -z "$$python" ]; then
        echo "$$found cannot make virtual environments: install its venv module (Debian, Ubuntu: apt install python3-venv), then run make again. / $$found 缺少 venv 模块，请安装后重新运行 make。" >&2
        exit 1
    fi
    echo "Making $(VENV) with $$("$$python" --version) ($$python)"
    rm -rf $(VENV)
    "$$python" -m venv $(VENV)
fi
pip() { $(BIN)/python -m pip --disable-pip-version-check "$$@"; }
settings=$$(pip config list 2>/dev/null)
setting() {
    for where in :env: install global; do
        value=$$(printf '%s\n' "$$settings" | sed -n "s/^$$where\.$$1='\(.*\)'$$/\1/p")
        if [ -n "$$value" ]; then printf %s "$$value"; return; fi
    done
}
with_uv() (
    [ -z "$$(setting no-index)" ] || exit 1
    pip install --quiet --require-hashes -r requirements-setup.lock.txt >/dev/null 2>&1 || exit 1
    index=$$(setting index-url); [ -z "$$index" ] || export UV_DEFAULT_INDEX="$$index"
    cert=$$(setting cert); [ -z "$$cert" ] || export SSL_CERT_FILE="$$cert"
    $(BIN)/uv pip install --quiet --python $(BIN)/python --no-config --require-hashes --no-deps -r "$$LOCK"
)
echo "Installing $$LOCK"
if ! with_uv; then
    echo "The quick installer cannot be used here; pip takes a minute or two."
    pip install --quiet --require-hashes --no-deps -r "$$LOCK"
fi
pip install --quiet --no-index --no-build-isolation --no-deps --editable .
printf %s "$$key" > "$(VENV)/$${STAMPS%% *}"
endef
export INSTALL
export PYTHON

setup: ## create .venv with all that running and testing need, from the hashed lock / 建立 .venv 环境
	@LOCK=requirements-dev.lock.txt STAMPS=.dev-stamp sh -eu -c "$$INSTALL"

runtime: ## set up what running needs, and no more / 仅安装运行所需
	@LOCK=requirements.lock.txt STAMPS=".run-stamp .dev-stamp" sh -eu -c "$$INSTALL"

run: runtime ## set up, seed sample data, serve on 127.0.0.1:8000 (another port: PORT=8001) / 运行演示
	@$(BIN)/python main.py demo
	@exec $(BIN)/python main.py serve --port $(PORT)

lint: setup ## style, types and import contracts / 代码检查
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: lint ## every check and every test / 全部检查与测试
	@$(BIN)/python -m pytest -n auto

bench: setup ## print the benchmark tables / 性能测试
	@$(BIN)/python -m tests.benchmarks

mutation: setup ## change the rules and schedules in small ways and see that a test notices / 变异测试
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results

lock: setup ## renew the lock files from pyproject.toml / 更新依赖锁定文件
	@for each in "requirements.lock.txt pyproject.toml --group build" \
	    "requirements-dev.lock.txt pyproject.toml --group build --group dev -c requirements.lock.txt" \
	    "requirements-setup.lock.txt --group setup"; do \
	    set -- $$each; file=$$1; shift; \
	    $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	        --no-config --output-file "$$file" "$$@" || exit 1; \
	done

help: ## list these commands / 列出命令
	@sed -n 's/^\([a-z]*\):[^#]*## /\1	/p' Makefile | while IFS='	' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done
