# The commands of the project. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help demo test bench chaos advisories screenshots packages assets clients

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: assets ## Build and start the product with simulated networks (options: DEMO="--listen 127.0.0.1:7300")
	cargo build --locked --profile demo --package madoguchi
	target/demo/madoguchi demo $(DEMO)

test: packages assets clients ## Run every check: format, lints, architecture, tests on both databases, browser
	cargo xtask test $(STEPS)

screenshots: packages assets clients ## Take the screenshots of docs/screenshots anew
	MADOGUCHI_SCREENSHOTS=docs cargo xtask test browser

bench: assets ## Measure; the numbers go to docs/BENCHMARKS.md
	cargo xtask bench $(BENCH)

chaos: packages assets ## Kill the product at every named point and at random, and count the messages
	cargo xtask chaos $(CHAOS)

advisories: ## Ask the advisory database about our dependencies (needs the internet)
	command -v cargo-deny >/dev/null || cargo install --locked cargo-deny
	cargo deny check advisories

# --- what the commands need -------------------------------------------------------------------------------------------

AS_ROOT := $(if $(filter 0,$(shell id -u)),,sudo)
PYTHON ?= python3

# Installs the Debian packages given after it that are missing; elsewhere it only names them.
define install_packages
	@missing=""; \
	for package in $(1); do \
	  dpkg-query --show --showformat='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then echo "not a Debian system: make sure that you have$$missing" >&2; exit 0; fi; \
	echo "installing$$missing"; \
	$(AS_ROOT) apt-get update -qq && \
	$(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing
endef

.PHONY: npm
# The browser's scripts come from npm, with a lock file. Any node from 20 on will do; Debian's is the last resort.
npm:
	@command -v npm >/dev/null || { \
	  $(AS_ROOT) apt-get update -qq && \
	  $(AS_ROOT) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm; }

packages: npm
	$(call install_packages,postgresql chromium fonts-noto-cjk fonts-noto-color-emoji strace python3-venv)

# npm writes node_modules/.package-lock.json last: it is newer than the lock file when the folder is up to date.
assets: crates/web/assets/node_modules/.package-lock.json

clients: e2e/node_modules/.package-lock.json target/venv/installed

%/node_modules/.package-lock.json: %/package-lock.json | npm
	cd $* && npm ci --no-audit --no-fund --ignore-scripts
	touch $@

# Clients from outside that drive the product in tests, at fixed versions.
target/venv/installed: e2e/requirements.txt
	$(PYTHON) -m venv --clear target/venv
	target/venv/bin/pip install --quiet --disable-pip-version-check --requirement e2e/requirements.txt
	touch $@
