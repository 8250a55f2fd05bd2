"""What people run by hand: talk, try, evaluate, calibrate, reports. The server loads nothing from here."""
