"""Telling people that a schedule's state changed: one message when something begins, one when it is over.

The messages to send are derived each time from how the schedule stands and from what each receiver was told, so one that
could not be delivered is tried again by the next run or look, and none comes twice.
"""

from feedsync.alerts.telling import after_run, check_alerts, file_checked, send_test, watched

__all__ = ["after_run", "check_alerts", "file_checked", "send_test", "watched"]
