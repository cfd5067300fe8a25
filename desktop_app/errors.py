"""The two kinds of error: the environment's (`UserError`) and ours (everything else)."""


class UserError(Exception):
    """Something about the person's files, disk or devices stands in the way.

    The text is one sentence that says what is wrong and what to do; it is shown as it stands, without a traceback.
    Every other exception that escapes is a bug of ours: logged with its traceback and shown as one.
    """
