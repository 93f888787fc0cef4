import changle.core.constraints.append
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '__first__'),
        ('statistics', '0001_monthly_reports'),
        ('territory', '0002_street_tiles'),
    ]

    operations = [
        migrations.CreateModel(
            name='Bulletin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='期间起')),
                ('ends_on', models.DateField(verbose_name='期间止（不含）')),
                ('title', models.CharField(max_length=80, verbose_name='标题')),
                ('text', models.TextField(max_length=3000, verbose_name='正文')),
                ('written_at', models.DateTimeField(verbose_name='起草时间')),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.node', verbose_name='单位')),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='起草人')),
            ],
            options={
                'verbose_name': '通报',
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='bulletin_is_of_a_period', violation_error_message='期间的止应晚于起。')],
            },
        ),
        migrations.CreateModel(
            name='Issue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='版次')),
                ('title', models.CharField(max_length=80, verbose_name='标题')),
                ('content', models.JSONField(verbose_name='内容')),
                ('sha256', models.CharField(max_length=64, verbose_name='摘要')),
                ('issued_at', models.DateTimeField(verbose_name='印发时间')),
                ('bulletin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='statistics.bulletin', verbose_name='通报')),
                ('issued_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='印发人')),
            ],
            options={
                'verbose_name': '通报印发稿',
                'constraints': [models.UniqueConstraint(fields=('bulletin', 'number'), name='one_issue_of_a_number')],
            },
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=changle.core.constraints.append.AppendOnly(except_fields=(), name='issue_append_only'),
        ),
    ]
