import pytest


@pytest.fixture
def no_server(monkeypatch):
    import uvicorn

    ran = []
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: ran.append((app, options)))
    return ran


def test_a_missing_extra_is_one_sentence(clues, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    ran = clues("serve")
    assert (ran.code, len(ran.said)) == (1, 1)
    assert "clues[serve" in ran.err


def test_it_listens_here_alone_and_warns_where_anyone_may_come(clues, no_server, monkeypatch):
    pytest.importorskip("fastapi")
    monkeypatch.delenv("CLUES_API_KEY", raising=False)
    assert clues("serve").code == 0
    assert no_server[0][1]["host"] == "127.0.0.1"
    assert "Anyone" in clues("serve", "--host", "0.0.0.0").err


def test_a_short_key_is_refused(clues, no_server, monkeypatch):
    pytest.importorskip("fastapi")
    monkeypatch.setenv("CLUES_API_KEY", "short")
    ran = clues("serve")
    assert (ran.code, no_server) == (1, [])
    assert "16 characters" in ran.err
    assert "short" not in ran.err.replace("shorter", "")
