import changle.core.constraints.overlap
import changle.core.reach
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Node',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('district', '区'), ('department', '部门'), ('street', '街道'), ('community', '社区'), ('centre', '中心'), ('organisation', '组织')], max_length=20, verbose_name='类别')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('short_name', models.CharField(blank=True, max_length=40, verbose_name='简称')),
                ('pinyin', models.CharField(blank=True, max_length=400, verbose_name='拼音')),
                ('residence', models.CharField(blank=True, choices=[('urban', '城镇社区'), ('rural', '村')], max_length=10, verbose_name='城乡')),
                ('path', changle.core.reach.TreePath(db_index=True, max_length=120, null=True, unique=True, verbose_name='路径')),
                ('sort', models.PositiveIntegerField(default=0, verbose_name='次序')),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='设立日期')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('is_sample', models.BooleanField(default=False, verbose_name='样例')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='territory.node', verbose_name='上级')),
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='territory.node', verbose_name='承接单位')),
            ],
            options={
                'verbose_name': '辖区节点',
                'indexes': [models.Index(fields=['kind', 'path'], name='node_kind_path')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='node_ends_after_it_starts', violation_error_message='撤销日期应晚于设立日期。'), models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True), models.Q(('kind', 'organisation'), _negated=True)), fields=('parent', 'kind', 'name'), name='node_name_once_under_parent', violation_error_message='同一上级下已有同名节点。')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('DCA', '区民政局'), ('DSW', '区委社会工作部'), ('JCO', '联席会议办公室'), ('MU', '成员单位'), ('STO', '街道办事处'), ('CTR', '街道中心运营机构'), ('COM', '社区'), ('OADM', '组织管理员'), ('OSTF', '组织工作人员'), ('RES', '居民'), ('EXP', '评审专家'), ('AUD', '审计'), ('SYS', '系统管理员'), ('SEC', '安全管理员'), ('LOG', '审计管理员')], max_length=10, verbose_name='角色')),
                ('post', models.CharField(blank=True, max_length=60, verbose_name='岗位')),
                ('starts_on', models.DateField(verbose_name='起')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='止（当日失效）')),
                ('reason', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('recorded_at', models.DateTimeField(verbose_name='记录时间')),
                ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='授权人')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='territory.node', verbose_name='范围')),
            ],
            options={
                'verbose_name': '授权',
                'indexes': [models.Index(fields=['user', 'starts_on', 'ends_on'], name='grant_of_user')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='grant_ends_after_it_starts', violation_error_message='止期不能早于起期。')],
            },
        ),
        migrations.CreateModel(
            name='NodeCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('system', models.CharField(choices=[('stats', '统计用区划代码'), ('portal', '政务服务区划代码'), ('civil', '民政区划代码')], max_length=10, verbose_name='代码体系')),
                ('code', models.CharField(max_length=12, verbose_name='代码')),
                ('starts_on', models.DateField(verbose_name='启用日期')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='停用日期')),
                ('note', models.CharField(blank=True, max_length=120, verbose_name='说明')),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='territory.node', verbose_name='节点')),
            ],
            options={
                'verbose_name': '区划代码',
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='code_ends_after_it_starts', violation_error_message='停用日期应晚于启用日期。')],
            },
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=changle.core.constraints.overlap.NoOverlap(end='ends_on', live=None, name='grant_once_at_a_time', scope=('user', 'node', 'role'), start='starts_on', violation_error_code='overlap', violation_error_message='此人在这段时间已有同样的授权。'),
        ),
        migrations.AddConstraint(
            model_name='nodecode',
            constraint=changle.core.constraints.overlap.NoOverlap(end='ends_on', live=None, name='code_means_one_node_at_a_time', scope=('system', 'code'), start='starts_on', violation_error_code='overlap', violation_error_message='这段时间里，该代码已属于另一个节点。'),
        ),
        migrations.AddConstraint(
            model_name='nodecode',
            constraint=changle.core.constraints.overlap.NoOverlap(end='ends_on', live=None, name='node_has_one_code_at_a_time', scope=('system', 'node'), start='starts_on', violation_error_code='overlap', violation_error_message='这段时间里，该节点在此体系中已有代码。'),
        ),
    ]
