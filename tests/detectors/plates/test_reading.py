from detectors.plates.reading import PlateText, Row, _arrangements, agreed


def test_of_readings_the_one_that_most_agree_on_is_taken_however_it_is_spaced():
    odd = PlateText("WXYZ", 0.99)
    same = [PlateText("W-XY", 0.6), PlateText("WXY", 0.7)]
    assert agreed([odd, *same]) is same[1]


def test_a_number_that_fits_a_format_outweighs_one_with_a_frame_taken_for_a_letter():
    fits = PlateText("A123BC186", 0.8)
    assert agreed([PlateText("|A1Z3BC1861", 0.95), fits]) is fits


def test_readings_that_are_unsure_or_empty_are_none():
    assert agreed([PlateText("AB123", 0.4), PlateText(" ", 0.9)]) is None


def test_two_rows_of_about_one_height_may_be_one_number():
    rows = [Row("UP26A", 0.9, 0.4), Row("L9836", 0.8, 0.42)]
    both = [one for one in _arrangements(rows) if one.two_rows]
    assert [(one.text, one.confidence) for one in both] == [("UP26A L9836", 0.8)]
    named = [Row("OHIO", 0.9, 0.15), *rows[1:]]
    assert not any(one.two_rows for one in _arrangements(named))
