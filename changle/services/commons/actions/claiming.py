"""Rooms and things are taken, all or none, and let go."""

from collections.abc import Sequence

from django.db import connection

from changle.services.commons.actions.wishing import BookingRefused
from changle.services.commons.models import Booking, Centre, Claim, Pool
from changle.services.commons.queries.bundles import Bundle


GUARDS = ("room_is_taken_once", "pool_is_never_overdrawn")


def claim(booking: Booking, bundle: Bundle) -> None:
    """Take all, if the house still is as it was when they were chosen.

    One statement waits for who sets the house up and for who takes any of these, in the order of
    their keys, and takes: two takers that only met at the constraints would wait for each other's
    rows. The database refuses what is taken already: see GUARDS.
    """
    taken = dict.fromkeys(bundle.room_pools, 1)
    taken |= {stock.pk: quantity for stock, quantity in bundle.things}
    sole = set(bundle.room_pools)
    ops, quote = connection.ops, connection.ops.quote_name
    claims, pools, centres = (quote(model._meta.db_table) for model in (Claim, Pool, Centre))
    wanted = " UNION ALL ".join(["SELECT %s AS pool, %s AS quantity, %s AS is_sole"] * len(taken))
    locks = connection.features.has_select_for_no_key_update
    wait = " FOR SHARE OF c FOR NO KEY UPDATE OF p" if locks else ""
    sql = (
        f"INSERT INTO {claims} (pool_id, booking_id, starts_at, ends_at, quantity, is_sole) "  # noqa: S608  names of tables
        f"SELECT p.id, %s, %s, %s, w.quantity, w.is_sole FROM {centres} AS c "
        f"JOIN {pools} AS p ON p.centre_id = c.id JOIN ({wanted}) AS w ON w.pool = p.id "
        f"WHERE c.layout_stamp = %s ORDER BY p.id{wait}"
    )
    span = [ops.adapt_datetimefield_value(at) for at in (booking.holds_from, booking.holds_until)]
    told = [fact for pool in sorted(taken) for fact in (pool, taken[pool], pool in sole)]
    stamp = next(iter(bundle.stamps)) if len(bundle.stamps) == 1 else -1
    with connection.cursor() as cursor:
        cursor.execute(sql, [booking.pk, *span, *told, stamp])
        if cursor.rowcount != len(taken):
            raise BookingRefused("场地的设置刚刚有变化，请再试一次。")


def hold(pools: Sequence[int]) -> None:
    """Wait for whoever else is taking these, in the order of their keys."""
    rows = Pool.objects.filter(pk__in=pools).order_by("pk")
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))


def let_go(booking: Booking) -> None:
    Claim.objects.filter(booking=booking).delete()
