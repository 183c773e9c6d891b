"""Two records of one person: which look alike, who asks and answers, and what moves."""
