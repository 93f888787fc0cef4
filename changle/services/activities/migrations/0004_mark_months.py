from django.db import migrations
from django.db.models import Count


def mark(apps, schema_editor):
    """Months that were counted before there were marks; they are summed up by the worker."""
    session = apps.get_model("activities", "Session")
    months = session.objects.filter(state__in=("verified", "counted")).values("month")
    counted = months.annotate(count=Count("pk")).order_by("month")
    marks = [
        apps.get_model("activities", "MonthMark")(month=row["month"], writes=row["count"])
        for row in counted
    ]
    apps.get_model("activities", "MonthMark").objects.bulk_create(marks, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("activities", "0003_sums_by_month")]
    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
