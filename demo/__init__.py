"""The hall on one machine: its programs, simulated devices, citizens and clerks, and a judge of what they did."""
