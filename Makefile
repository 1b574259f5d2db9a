# paihao from a fresh clone: `make run` shows a hall at work, `make test` checks everything. `make help` lists the rest.

PY = .venv/bin/python
PIP = $(PY) -m pip --disable-pip-version-check

.PHONY: help run test check prove bench pictures bundle lock clean
.DEFAULT_GOAL := help

help:  ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## /make \1 \t/p' Makefile

run: .venv/run-installed  ## show a whole hall on this machine: server, kiosk, windows, board, citizens
	@.venv/bin/paihao demo

test: .venv/test-installed check  ## types, style, and every test; says what of it could not be set up
	@left_out=""; for part in browser databases; do \
	  sh tests/$$part.sh; case $$? in 0) ;; 3) left_out="$${left_out:+$$left_out and }not $$part" ;; *) exit 1 ;; esac; \
	done; $(PY) -m tests.together -m "$$left_out"

check: .venv/test-installed  ## types and style only
	@$(PY) -m ruff check .
	@$(PY) -m mypy .

prove: .venv/test-installed  ## prove the promises at full length (hours) and write PROOF.md
	@sh tests/databases.sh; case $$? in 0) ;; 3) export PYTEST_ADDOPTS='-m "not databases"' ;; *) exit 1 ;; esac; \
	$(PY) -m tests.promises

bench: .venv/test-installed  ## measure, each figure beside a baseline of the same run; NAME="fanout-500 publish" measures some
	@$(PY) -m tests.benchmarks $(NAME)

pictures: .venv/test-installed  ## take the READMEs' pictures anew from the running demo, always of the same moment
	@$(PY) -m tests.pictures docs/pictures

bundle: .venv/run-installed  ## put everything that installing without internet needs into dist/paihao-bundle.tar.gz
	@rm -rf dist/paihao-bundle
	@sh docs/deploy/bundle.sh $(PY) dist/paihao-bundle
	@tar -czf dist/paihao-bundle.tar.gz -C dist paihao-bundle

lock: .venv/bin/python  ## write requirements*.txt anew from setup.cfg, with the newest releases and their hashes
	@$(PIP) install --quiet uv
	@for extra in "" postgres test; do \
	  .venv/bin/uv pip compile setup.cfg $${extra:+--extra $$extra --constraint requirements.txt} \
	    --output-file requirements$${extra:+-$$extra}.txt --upgrade --universal --python-version 3.11 \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet || exit 1; \
	done

clean:  ## remove what make made
	rm -rf .venv build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp says that the locked packages are in .venv; setuptools, which puts the project itself there, is one of them.
.venv/run-installed: requirements.txt setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing the locked packages into .venv (once) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/test-installed: requirements-test.txt setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing the locked packages and what the tests need into .venv (once) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements-test.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The newest of these that is Python 3.11 or later and can make a virtual environment; `make run PYTHON=...` names another.
.venv/bin/python:
	@for name in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  new_enough=$$name; \
	  $$name -c 'import ensurepip, venv' 2>/dev/null || continue; \
	  echo "Making .venv with $$name ..."; \
	  $$name -m venv .venv && exit 0 || exit 1; \
	done; \
	if [ -z "$$new_enough" ]; then \
	  echo "paihao needs Python 3.11 or newer, and none was found. Debian 12: apt-get install python3 python3-venv." >&2; \
	else \
	  echo "$$new_enough cannot make a virtual environment. Debian: apt-get install python3-venv." >&2; \
	fi; exit 1
