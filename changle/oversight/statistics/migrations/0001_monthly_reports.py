import changle.core.constraints.append
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('territory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MonthlyReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=20, verbose_name='状态')),
                ('state_since', models.DateTimeField(verbose_name='进入状态时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='办理期限')),
                ('month', models.DateField(verbose_name='月份')),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.node', verbose_name='单位')),
            ],
            options={
                'verbose_name': '月报',
                'indexes': [models.Index(fields=['month', 'state'], name='report_month_state')],
                'constraints': [models.UniqueConstraint(fields=('node', 'month'), name='one_report_of_a_month', violation_error_message='这个月的月报已经有了。'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='report_is_of_a_month')],
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='版次')),
                ('content', models.JSONField(verbose_name='内容')),
                ('faults', models.JSONField(default=list, verbose_name='校验提示')),
                ('missing', models.JSONField(default=list, verbose_name='未上报的下级')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='说明')),
                ('cell_count', models.PositiveIntegerField(verbose_name='单元格数')),
                ('typed_count', models.PositiveIntegerField(verbose_name='手工填报的单元格数')),
                ('sha256', models.CharField(max_length=64, verbose_name='摘要')),
                ('closed_at', models.DateTimeField(verbose_name='关账时间')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='关账人')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='statistics.monthlyreport', verbose_name='月报')),
            ],
            options={
                'verbose_name': '月报版次',
                'constraints': [models.UniqueConstraint(fields=('report', 'number'), name='one_edition_of_a_number')],
            },
        ),
        migrations.CreateModel(
            name='SavedCut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('query', models.CharField(max_length=2000, verbose_name='查询')),
                ('is_shared', models.BooleanField(default=False, verbose_name='给别人用')),
                ('made_at', models.DateTimeField(verbose_name='保存时间')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='保存人')),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='territory.node', verbose_name='范围')),
            ],
            options={
                'verbose_name': '保存的分析',
                'indexes': [models.Index(fields=['node', 'is_shared'], name='saved_cut_place')],
            },
        ),
        migrations.CreateModel(
            name='TypedCell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(max_length=20, verbose_name='表')),
                ('cut', models.CharField(blank=True, max_length=20, verbose_name='行的类别')),
                ('key', models.CharField(blank=True, max_length=40, verbose_name='行')),
                ('column', models.CharField(max_length=40, verbose_name='列')),
                ('number', models.DecimalField(decimal_places=2, max_digits=16, verbose_name='数值')),
                ('reason', models.CharField(max_length=300, verbose_name='理由')),
                ('typed_at', models.DateTimeField(verbose_name='填报时间')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='typed', to='statistics.monthlyreport', verbose_name='月报')),
                ('typed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='填报人')),
            ],
            options={
                'verbose_name': '手工填报',
                'constraints': [models.UniqueConstraint(fields=('report', 'table', 'cut', 'key', 'column'), name='one_number_typed_a_cell')],
            },
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=changle.core.constraints.append.AppendOnly(except_fields=(), name='edition_is_never_changed'),
        ),
    ]
