"""The questionnaire that every contender asks: twenty questions of three choices, in the same words."""

QUESTIONS = [f"Question {number} : laquelle de ces trois choses vous plaît le plus ?" for number in range(1, 21)]
CHOICES = ["Abricot", "Banane", "Cerise"]
END = "C'est la fin de ces vingt questions."
