"""What `make run` runs: python -m wizard.demo."""

import sys

from wizard.demo.run import main

sys.exit(main())
