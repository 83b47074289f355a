"""voicebot: a real-time voice AI agent server for e-commerce contact centres."""

__version__ = "0.1.0"
