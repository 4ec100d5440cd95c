import zipfile

from detectors.training import text_lists


def test_lists_of_words_come_from_the_two_packages(tmp_path, monkeypatch):
    corpus = "pythainlp/corpus/"
    with zipfile.ZipFile(tmp_path / "pythainlp.whl", "w") as archive:
        archive.writestr(f"{corpus}thailand_provinces_th.csv", "กระบี่,กบ,Krabi,KBI\n")
        archive.writestr(f"{corpus}words_th.txt", "ผู้ชม\nถนน\nถนน\n")
    with zipfile.ZipFile(tmp_path / "wordfreq.whl", "w"):
        pass
    monkeypatch.setattr(
        text_lists, "word_list", lambda _, code: [("rare", 0.1), (f"common-{code}", 0.2)]
    )
    monkeypatch.setattr(text_lists, "_COMMONEST", 1)
    text_lists.write_lists(tmp_path / "pythainlp.whl", tmp_path / "wordfreq.whl", tmp_path)
    assert (tmp_path / "thai.txt").read_text("utf-8").split() == ["กระบี่", "ผู้ชม", "ถนน"]
    assert (tmp_path / "greek.txt").read_text("utf-8") == "common-el"
