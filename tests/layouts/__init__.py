"""Layouts of house numbers as a detector sees them: boxes with labels and scores, and the truth.

No picture is drawn. What is drawn at random is stated where it is drawn; sizes are in heights of a
digit unless they say pixels:

- `layouts.places`: where the digits stand. Their heights in pixels, aspects, gaps and counts follow
  the 33,402 training numbers of SVHN (percentiles 5, 50 and 95: height 14, 29 and 68 px, aspect
  .28, .48 and .71, gap -.15, 0 and .14; 1 to 5 digits by their shares).
- `layouts.kinds`: how numbers are arranged. Slopes and steps span those of SVHN (all but 47 of
  28,265 numbers are below 65 degrees), which counts all digits of a picture as one number.
- `layouts.faults`: what a detector does to them, in kind and extent as a small one does: edges off
  by 4 % of the height, a tenth of the digits unsure, second boxes of another or the same class with
  nearly the score of the first, parts of digits, boxes over two digits or around a whole number,
  and boxes where nothing is.

A layout can be told: a false box that looks like a digit of the number in size and place scores
clearly less than the number's weakest digit.
"""

from layouts.kinds import KINDS, Layout, draw_layout
from layouts.rows import Row, to_prediction

__all__ = ["KINDS", "Layout", "Row", "draw_layout", "to_prediction"]
