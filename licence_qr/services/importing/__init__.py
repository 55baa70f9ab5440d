"""Import of the departments' exports: every row is accounted for, and a person reviews conflicts."""
