"""What a line of each event file may hold, and the database record that it becomes."""
