"""What script/server and script/test share: needs of the machine, the private stores, the supervisor. Standard library only:
this runs before anything is installed."""
