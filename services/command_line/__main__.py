"""`python -m services.command_line`: the waymark command where nothing is installed, as in its container."""

from services.command_line.main import main

if __name__ == "__main__":
    main()
