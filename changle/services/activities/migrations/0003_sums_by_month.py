import changle.core.constraints.marks
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '__first__'),
        ('activities', '0002_attendance_of_sign_up'),
        ('commons', '0003_feeds_of_activities'),
        ('territory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthMark',
            fields=[
                ('month', models.CharField(max_length=7, primary_key=True, serialize=False, verbose_name='月份')),
                ('writes', models.BigIntegerField(default=0, verbose_name='写入次数')),
                ('told', models.BigIntegerField(blank=True, null=True, verbose_name='汇总时的写入次数')),
            ],
            options={
                'verbose_name': '月度汇总标记',
            },
        ),
        migrations.CreateModel(
            name='MonthSum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, verbose_name='指标')),
                ('month', models.CharField(max_length=7, verbose_name='月份')),
                ('street', models.BigIntegerField(default=0, verbose_name='街道')),
                ('value', models.BigIntegerField(verbose_name='值')),
            ],
            options={
                'verbose_name': '月度汇总',
                'constraints': [models.UniqueConstraint(fields=('code', 'month', 'street'), name='one_sum_a_month')],
            },
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=changle.core.constraints.marks.Marks(key='month', live=models.Q(('state__in', ('verified', 'counted'))), name='session_marks_its_month', table='activities_monthmark', watched=['state', 'street', 'activity', 'person_times', 'anonymous_times', 'in_time', 'is_online']),
        ),
    ]
