"""The views of the projection, each with what one of its rows is."""

from __future__ import annotations

VIEWS: dict[str, tuple[str, str]] = {
    "known": (
        "when a development became known: the earliest publication among its sources, else the day it was logged",
        """
        SELECT d.ref AS development, d.case_name,
               coalesce(
                 (SELECT s.published FROM citations c JOIN sources s ON s.id = c.source
                  WHERE c.development = d.ref AND s.earliest IS NOT NULL
                  ORDER BY s.earliest, s.latest, s.published LIMIT 1),
                 substr(d.recorded_time, 1, 10)) AS known,
               coalesce(
                 (SELECT min(s.earliest) FROM citations c JOIN sources s ON s.id = c.source
                  WHERE c.development = d.ref),
                 substr(d.recorded_time, 1, 10)) AS known_day
        FROM developments d
        """,
    ),
    "last_known": (
        "the last day on which a source told of a case, or somebody checked it: as late as is sure, and as may be",
        """
        SELECT case_name, max(sure) AS sure, max(possible) AS possible
        FROM (SELECT case_name, sure, possible FROM tallies WHERE sure IS NOT NULL
              UNION ALL
              SELECT substr(c.log, 7), coalesce(min(s.earliest, c.logged), c.logged),
                     coalesce(min(s.latest, c.logged), c.logged)
              FROM citations c JOIN sources s ON s.id = c.source WHERE c.logged IS NOT NULL)
        GROUP BY case_name
        """,
    ),
    "newest": (
        "the newest day that is known of in the store, as late as is sure",
        # That of the newest source that was cited after it came out, of sources that seem newer, and of what has no
        # dated source: the index of the sources' days finds the first one without looking at the others.
        """
        WITH dated AS (
          SELECT s.earliest AS day FROM sources s WHERE s.earliest IS NOT NULL
            AND EXISTS (SELECT 1 FROM citations c WHERE c.source = s.id AND c.logged >= s.earliest)
          ORDER BY s.earliest DESC LIMIT 1)
        SELECT max(day) AS day
        FROM (SELECT max(sure) AS day FROM tallies
              UNION ALL SELECT day FROM dated
              UNION ALL SELECT (SELECT max(c.logged) FROM citations c WHERE c.source = s.id)
                        FROM sources s WHERE s.earliest IS NULL
              UNION ALL SELECT (SELECT max(c.logged) FROM citations c WHERE c.source = s.id)
                        FROM sources s WHERE s.earliest > coalesce((SELECT day FROM dated), ''))
        """,
    ),
    "timeline": (
        "what happened in the world, in order, with its pinpoints",
        """
        SELECT d.ref, d.case_name, k.title AS case_title, d.date, d.label, d.text,
               (SELECT group_concat(c.source || coalesce(':' || c.locator, ''), ' ')
                FROM citations c WHERE c.development = d.ref) AS pinpoints,
               d.earliest, d.latest
        FROM developments d JOIN cases k ON k.name = d.case_name
        WHERE d.in_timeline
        ORDER BY d.date IS NULL, d.earliest, d.latest, coalesce(d.time, ''), d.case_name, d.position
        """,
    ),
    "all_problems": (
        "everything doubtful: in one log, and between logs",
        """
        SELECT replace(log, 'cases/', '') AS log, code, position, message FROM problems
        UNION ALL
        SELECT d.case_name, 'unknown-party', d.position, 'party ''' || p.id || ''' is not in the register'
        FROM parties p JOIN mentions m ON m.party = p.id JOIN developments d ON d.ref = m.development
        WHERE p.position IS NULL
        UNION ALL
        SELECT replace(c.log, 'cases/', ''), 'unknown-source', c.position,
               'source ''' || s.id || ''' is not in the register'
        FROM sources s JOIN citations c ON c.source = s.id WHERE s.position IS NULL
        UNION ALL
        SELECT 'parties', 'unknown-party', r.position, 'party ''' || p.id || ''' is not in the register'
        FROM parties p JOIN relations r ON p.id IN (r.party, r.other) WHERE p.position IS NULL
        UNION ALL
        SELECT replace(c.log, 'cases/', ''), 'beyond-the-end', c.position,
               'cites paragraph ' || c.last_paragraph || ' of ' || s.id || ', which has ' || s.paragraphs
        FROM citations c JOIN sources s ON s.id = c.source WHERE c.last_paragraph > s.paragraphs
        UNION ALL
        SELECT l.case_name, 'unknown-case', d.position, 'case ''' || l.other || ''' is not in the store'
        FROM links l JOIN developments d ON d.ref = l.development
        WHERE l.other NOT IN (SELECT name FROM cases)
        UNION ALL
        -- Only what is sure: neither day is approximate or uncertain, and every value of one comes before the other's.
        SELECT d.case_name, 'source-older-than-event', d.position,
               'it is dated ' || d.date || ', and ' || s.id || ' was published ' || s.published
        FROM citations c JOIN sources s ON s.id = c.source JOIN developments d ON d.ref = c.development
        WHERE s.latest < c.supported_day AND s.published NOT GLOB '*[?~%]*'
        UNION ALL
        -- Measured from the newest day that the store knows of, because no clock is read here.
        SELECT k.name, 'silent', NULL,
               'nothing became known of it after ' || last || '; the newest day known in the store is ' || newest
        FROM (SELECT k.name, (SELECT day FROM newest) AS newest, coalesce(l.possible, t.begun) AS last
              FROM cases k JOIN tallies t ON t.case_name = k.name LEFT JOIN last_known l ON l.case_name = k.name
              WHERE k.stage <> 'closed') k
        WHERE last <= date(newest, '-180 days')
        """,
    ),
}
"""Views by name: what one row is, and the SQL."""
