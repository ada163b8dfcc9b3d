"""Which needs of a call look alike: by the pairs of neighbouring characters that their titles and texts share (Dice measure).

One need against its call is asked when its page is opened; all against all is worked out by a job and kept with the call, so
that the page of a call only reads it.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from django.db import connection

from core import parameters
from programs import states
from programs.models import Need, TopicCall

SIMILAR = """
WITH mine AS (SELECT unnest(tsvector_to_array(grams)) AS gram FROM programs_need WHERE id = %(need)s),
     size AS (SELECT count(*) AS n FROM mine)
SELECT other.id, other.shared, round(2.0 * other.shared / nullif(other.n + size.n, 0), 4) AS likeness
FROM size, (
  SELECT n.id, count(*) AS n, count(mine.gram) AS shared
  FROM programs_need n CROSS JOIN LATERAL unnest(tsvector_to_array(n.grams)) AS g(gram) LEFT JOIN mine ON mine.gram = g.gram
  WHERE n.call_id = %(call)s AND n.id <> %(need)s AND n.status = ANY(%(states)s)
  GROUP BY n.id
) other
WHERE 2.0 * other.shared >= %(least)s * (other.n + size.n)
ORDER BY likeness DESC, other.id LIMIT 8
"""

#: All against all in a time that grows with the number of needs only. Of each need the RAREST pairs of characters that others
#: have too; along each of these it meets its NEXT neighbours, so that many copies of one text stay a chain of likes. Whoever
#: meets three times or more is measured over all pairs of characters, as above.
PAIRS = """
WITH g AS MATERIALIZED (
  SELECT n.id, unnest(tsvector_to_array(n.grams)) AS gram FROM programs_need n
  WHERE n.call_id = %(call)s AND n.status = ANY(%(states)s)
), df AS (
  SELECT gram, count(*) AS n FROM g GROUP BY gram
  HAVING count(*) BETWEEN 2 AND greatest(4, (SELECT count(DISTINCT id) FROM g) / 10)
), rarest AS (
  SELECT id, gram FROM (
    SELECT g.id, g.gram, row_number() OVER (PARTITION BY g.id ORDER BY df.n, g.gram) AS place FROM g JOIN df USING (gram)
  ) ranked WHERE place <= %(rarest)s
), met AS MATERIALIZED (
  SELECT id, gram, row_number() OVER (PARTITION BY gram ORDER BY id) AS place FROM rarest
), found AS (
  SELECT a.id AS one, b.id AS two
  FROM met a CROSS JOIN generate_series(1, %(next)s) AS step JOIN met b ON b.gram = a.gram AND b.place = a.place + step
  GROUP BY a.id, b.id HAVING count(*) >= 3 ORDER BY count(*) DESC, a.id, b.id LIMIT 300
), measured AS (
  SELECT one, two, (
    SELECT 2.0 * count(*) FROM (
      SELECT unnest(tsvector_to_array(x.grams)) INTERSECT SELECT unnest(tsvector_to_array(y.grams))) s
  ) / nullif(cardinality(tsvector_to_array(x.grams)) + cardinality(tsvector_to_array(y.grams)), 0) AS likeness
  FROM found JOIN programs_need x ON x.id = one JOIN programs_need y ON y.id = two
)
SELECT one, two, round(likeness, 4) FROM measured WHERE likeness >= %(least)s ORDER BY likeness DESC, one, two LIMIT 30
"""
RAREST, NEXT = 80, 8


def similar_needs(need: Need) -> list[dict[str, Any]]:
    """Needs of the same call that share many character pairs with this one, the most alike first."""
    with connection.cursor() as cursor:
        cursor.execute(SIMILAR, {"need": need.pk, "call": need.call_id, "states": [*states.NEED_OPEN],
                                 "least": parameters.value("need.similar_from")})
        found = cursor.fetchall()
    rows = Need.objects.select_related("unit", "stream").in_bulk([pk for pk, _shared, _likeness in found])
    return [{"need": rows[pk], "percent": f"{likeness * 100:.0f}"} for pk, _shared, likeness in found]


def all_pairs(call: TopicCall) -> list[tuple[int, int, str]]:
    """(need, need, likeness) of the most alike pairs that wait for a decision. Linear in the needs of the call, seconds for
    thousands: for a job."""
    with connection.cursor() as cursor:
        cursor.execute(PAIRS, {"call": call.pk, "states": [*states.NEED_OPEN], "least": parameters.value("need.similar_from"),
                               "rarest": RAREST, "next": NEXT})
        return [(one, two, str(likeness)) for one, two, likeness in cursor.fetchall()]


def similar_pairs(call: TopicCall) -> list[dict[str, Any]]:
    """The pairs kept by the last comparison whose two needs still wait for a decision; one query."""
    keys = {pk for one, two, _likeness in call.alike for pk in (one, two)}
    rows = Need.objects.select_related("unit").filter(status__in=states.NEED_OPEN).in_bulk(keys) if keys else {}
    return [{"one": rows[one], "two": rows[two], "percent": f"{float(likeness) * 100:.0f}"}
            for one, two, likeness in call.alike if one in rows and two in rows]


def shared_words(one: Need, two: Need) -> list[str]:
    """Runs of at least three characters that stand in both titles or texts, the longest first: what makes the two alike."""
    texts = ["\n".join((need.title, need.background, need.content))[:1500] for need in (one, two)]
    found = [
        texts[0][block.a:block.a + block.size].strip("，。、；： \n")
        for block in SequenceMatcher(None, *texts, autojunk=False).get_matching_blocks() if block.size >= 3
    ]
    return sorted({text for text in found if len(text) >= 3}, key=len, reverse=True)[:12]
