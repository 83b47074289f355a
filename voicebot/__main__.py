"""`python -m voicebot` is `voicebot`."""

from voicebot.cli.app import main

if __name__ == "__main__":
    main()
