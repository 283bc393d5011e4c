from demo.seed import articles


def test_every_article_of_the_demo_is_whole() -> None:
    found = list(articles())

    assert len({article["slug"] for article in found}) == len(found) >= 6
    for article in found:
        assert article["title"]
        assert article["lead"]
        assert len(article["body"].split()) > 80
        assert article["published_at"].endswith("Z")
        if article.get("kind") == "case_study":
            assert {"country", "sector", "organisation"} <= article.keys()
