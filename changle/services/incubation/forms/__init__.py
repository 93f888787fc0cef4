"""What is typed of an intake: calls, applications, panels, signatures, objections."""
