"""Every sentence that a candidate sees, apart from the questions and the interviewers' own."""
