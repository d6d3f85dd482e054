"""What an agent needs in a customer contact: the questions in a ticket's text, and a reply to send."""
