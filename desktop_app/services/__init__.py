"""Jobs, settings, session and messages; QtCore and QtGui only."""
