"""What new colleagues learn: terms of the trade, a guided introduction, a quiz, and a rehearsed talk with a persona."""
