"""What the crash tests share: trainings that are stopped, and the judge of what they leave."""
