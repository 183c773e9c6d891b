"""What a calendar subscriber sees, as iCalendar bytes."""
