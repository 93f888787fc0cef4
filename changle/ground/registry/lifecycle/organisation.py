"""The states of a body as the official systems have them; the platform mirrors, it does not decide."""

from collections.abc import Callable, Collection

from changle.core.lifecycle import Lifecycle, Move, MoveRefused
from changle.ground.registry.models import Identity, Organisation
from changle.ground.territory.roles import Permission


State = Organisation.State
Kind = Organisation.Kind
Guard = Callable[[Organisation], None]


def only(kinds: tuple[str, ...], sentence: str) -> Guard:
    def guard(organisation: Organisation) -> None:
        if organisation.kind not in kinds:
            raise MoveRefused(sentence)

    return guard


registered = only(Organisation.REGISTERED, "只有已登记的组织才有这一步。")
filed = only(("BA",), "只有备案组织才有这一步。")
team = only(("PRE",), "只有拟成立团队才有这一步。")


def _merging() -> list[Move[Organisation]]:
    """Into another record and, each to the state it came from, out again; the app merging makes them."""
    states = [state for state in State if state != State.MERGED]
    needs = Permission.ORGANISATION_MERGE
    out: list[Move[Organisation]] = [
        Move(name=f"unmerge_{state.value}", label="撤销并入", sources={State.MERGED}, target=state.value,
             needs=needs, by_action=True)
        for state in states
    ]  # fmt: skip
    into = Move[Organisation](
        name="merge", label="并入", sources=set(states), target=State.MERGED, needs=needs,
        reasoned=True, by_action=True,
    )  # fmt: skip
    return [into, *out]


def _succession() -> list[Move[Organisation]]:
    """The ends that a division or a merger by law brings; the actions of succession make them."""
    return [
        Move(name=name, label=label, sources=set(Organisation.LIVING), target=State.DEREGISTERED,
             needs=Permission.ORGANISATION_MOVE, guard=registered, reasoned=True, grave=True,
             by_action=True)
        for name, label in (("end_by_split", "分立终止"), ("end_by_merger", "合并终止"))
    ]  # fmt: skip


def _move(
    name: str,
    label: str,
    sources: Collection[str],
    target: str,
    guard: Guard,
    *,
    reasoned: bool = False,
) -> Move[Organisation]:
    return Move(
        name=name,
        label=label,
        sources=sources,
        target=target,
        guard=guard,
        needs=Permission.ORGANISATION_MOVE if guard is registered else Permission.FILING_MOVE,
        reasoned=reasoned,
        grave=target in {State.DEREGISTERED, State.REVOKED, State.CANCELLED, State.DISSOLVED},
    )


WORKING = {State.ACTIVE, State.CHANGING, State.RECTIFYING}

# Which states follow which: Regulations on associations (State Council order 250) and on private
# non-enterprise units (order 251); inspection rules for the latter (MCA order 27): rectification.
ORGANISATION = Lifecycle(
    Organisation,
    _move("begin_change", "受理变更", {State.ACTIVE}, State.CHANGING, registered),
    _move("end_change", "变更完成", {State.CHANGING}, State.ACTIVE, registered),
    _move("rectify", "责令整改", {State.ACTIVE, State.CHANGING}, State.RECTIFYING, registered,
          reasoned=True),
    _move("end_rectification", "整改完成", {State.RECTIFYING}, State.ACTIVE, registered),
    _move("suspend", "限期停止活动", WORKING, State.SUSPENDED, registered, reasoned=True),
    _move("resume", "恢复活动", {State.SUSPENDED}, State.ACTIVE, registered),
    _move("liquidate", "开始清算", WORKING | {State.SUSPENDED}, State.LIQUIDATING, registered,
          reasoned=True),
    _move("deregister", "注销登记", {State.LIQUIDATING}, State.DEREGISTERED, registered,
          reasoned=True),
    _move("revoke", "撤销登记", WORKING | {State.SUSPENDED, State.LIQUIDATING}, State.REVOKED,
          registered, reasoned=True),
    _move("pause", "暂停活动", {State.ACTIVE}, State.PAUSED, filed, reasoned=True),
    _move("continue", "恢复活动", {State.PAUSED}, State.ACTIVE, filed),
    _move("lapse", "认定长期未活动", {State.ACTIVE, State.PAUSED}, State.LAPSED, filed, reasoned=True),
    _move("cancel", "注销备案", {State.ACTIVE, State.PAUSED, State.LAPSED}, State.CANCELLED, filed,
          reasoned=True),
    _move("dissolve", "解散", {State.ACTIVE}, State.DISSOLVED, team, reasoned=True),
    *_succession(),
    *_merging(),
)  # fmt: skip

# The moves that end what a body is, and what its identity says of the end.
CLOSES = {
    "deregister": Identity.Closing.DEREGISTERED,
    "revoke": Identity.Closing.REVOKED,
    "lapse": Identity.Closing.LAPSED,
    "cancel": Identity.Closing.CANCELLED,
    "dissolve": Identity.Closing.DISSOLVED,
    "end_by_split": Identity.Closing.SPLIT,
    "end_by_merger": Identity.Closing.ABSORBED,
}
