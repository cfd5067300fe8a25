"""The Live page: a microphone seen, judged and recorded as it is heard."""
