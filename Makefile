# `make run` starts a demo to click in, `make test` tries everything. Both need Python 3.11+ alone;
# `make test-system` needs Debian, and installs what it tries the product with.

.PHONY: run test static test-system test-image audit release environment development pins format clean

run: environment
	@exec .venv/bin/python -m wizard.demo

# A flask command will not start without settings; this one uses none of them, nor a database.
unused = WIZARD_PUBLIC_URL=http://localhost WIZARD_DATABASE_URL=postgresql://unused \
	WIZARD_SECRET_KEY=unused-unused-unused-unused-unused WIZARD_VISMA_CLIENT_ID=unused \
	WIZARD_VISMA_CLIENT_SECRET=unused \
	WIZARD_TOKEN_KEYS=unused:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=

test: static
	.venv/bin/python -m pytest -n auto -m "not browser and not system and not image"
	@.ci/browser
	.venv/bin/python -m pytest -n auto --dist loadfile -m browser

static: development
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(unused) .venv/bin/flask translations check

test-system: development
	@.ci/system
	.venv/bin/python -m pytest -n auto --dist loadgroup -m system

# Needs a machine that may run containers: builds the image from Debian, and walks the road in it.
test-image: development
	@.ci/system podman buildah runc mmdebstrap
	.venv/bin/python -m pytest -m image

# Needs an index that answers about known holes, as https://pypi.org does; fails without.
audit: environment
	@.ci/audit

# What has to hold before a version is tagged, then its files in dist/: image, code, SBOM and checksums.
release: audit test test-system test-image
	@.ci/release

environment:
	@.ci/environment requirements.txt

development: environment
	@.ci/environment requirements-dev.txt

# The pins hold no address, so that they are installed from wherever pip is told to look.
compile = .venv/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-emit-index-url

pins: environment
	.venv/bin/pip install --quiet uv
	$(compile) requirements.in -o requirements.txt
	$(compile) requirements-dev.in -o requirements-dev.txt
	$(compile) tests/measures/throughput/requirements.in -o tests/measures/throughput/requirements.txt

format: development
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
