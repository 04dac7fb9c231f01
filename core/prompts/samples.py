"""Graded samples of each criterion, low, middle and high, all about one thing that no role is about: a choir."""

from __future__ import annotations

from dataclasses import dataclass

from core.roles import Criterion


@dataclass(frozen=True, slots=True)
class GradedSample:
    """A sample answer, its level, and why it has that level."""

    answer: str
    level: int
    reason: str


QUESTION = "Tell me about a time when a rehearsal of your choir went badly. What did you do?"

SAMPLES: dict[Criterion, tuple[GradedSample, GradedSample, GradedSample]] = {
    Criterion.COMMUNICATION: (
        GradedSample(
            "With a choir there is always something, and communication is key. So we all talked about things in an open"
            " and friendly way, everybody brought something in, and then it was kind of sorted out, which was great.",
            2,
            "General phrases only: nobody can tell what was wrong, who talked to whom, or what was said.",
        ),
        GradedSample(
            "We had a song that always went flat, so, well, I talked to the altos about it, because it was mostly them."
            " I asked them to listen more, and they were okay with that. After a while it got better.",
            3,
            "Plain and easy to follow, but with filler, without the words that were used, and without any detail.",
        ),
        GradedSample(
            "My choir sang flat because the altos had to repeat one note and stopped listening to it. I asked the woman"
            " who leads them what happens on page two. She said: “It is the same note ten times, we get bored.” That"
            " was fair, so I told them: “Think every one a little higher.” They laughed, tried it, and we ended in tune"
            " in five rehearsals out of six.",
            5,
            "The point comes first, then only the detail that decided it: the words used, the reaction and a figure.",
        ),
    ),
    Criterion.TECHNICAL: (
        GradedSample(
            "I am very passionate about music and I always give everything for my choir. When something goes badly I"
            " stay positive, look at it from every side and find a solution that works for all of us. That is one of my"
            " greatest strengths, and in the end everybody was really happy with how it turned out.",
            1,
            "Long and confident, but it names nothing that one has to know or do to lead a choir.",
        ),
        GradedSample(
            "My choir went flat in a slow piece. I told them to breathe more deeply and to listen to each other, and we"
            " sang it slowly a few times. It was better at the concert.",
            3,
            "A usual way that can work, with an example, but no cause, no check and no reason for the steps.",
        ),
        GradedSample(
            "My choir sank by half a tone in a slow piece. I checked every page with a tuning fork: it happened on page"
            " two, where the altos repeat one note. Tired singers let a repeated note sink, so I had them think each"
            " one a little higher. Moving the piece up would have hidden it and strained the sopranos. Three weeks"
            " later we ended in tune five times out of six. With a tired choir on the evening itself, I would move it"
            " up.",
            5,
            "From a check to the cause to a choice with its reason, another way and its price, and a measured effect.",
        ),
    ),
    Criterion.STRUCTURE: (
        GradedSample(
            "You have to listen, and a tuning fork is important. It was better at the concert. Altos get tired. I also"
            " think that breathing is half of it, and we changed the seats before that, or after it.",
            2,
            "A result can be made out, but the situation and what was done are loose pieces in no order.",
        ),
        GradedSample(
            "Last spring my choir went flat in a slow piece. I moved the altos to the front and we practised that page"
            " slowly. It went fine then.",
            3,
            "Situation and action can be told apart, but the result is one thin sentence and no step has a reason.",
        ),
        GradedSample(
            "Last spring, five weeks before a concert, my choir lost half a tone in a slow piece. First I checked every"
            " page with a tuning fork, to see where it began: on page two. So I practised that page alone, ten minutes"
            " a week, and checked it again each time. At the concert we ended in tune. Since then I check every new"
            " piece with the fork at the first rehearsal.",
            5,
            "Situation, own action with the reason for each step, and a checked result, in an order easy to retell.",
        ),
    ),
}


def rotated(criterion: Criterion, rotation: int) -> tuple[GradedSample, ...]:
    """The samples of a criterion, begun at another one for each of three rotations; any whole number will do."""
    samples = SAMPLES[criterion]
    first = rotation % len(samples)
    return samples[first:] + samples[:first]
