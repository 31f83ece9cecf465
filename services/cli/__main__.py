"""`python -m services.cli`: the waymark command where nothing is installed, as in its container."""

from services.cli.main import main

if __name__ == "__main__":
    main()
