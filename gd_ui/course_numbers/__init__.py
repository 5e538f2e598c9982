"""The lesson "Course numbers" (pages/course_numbers.py): its settings and runs, controls, charts and findings."""
