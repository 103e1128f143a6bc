"""What screens share: navigation, the guard, rendering, charts and the annotator component."""
