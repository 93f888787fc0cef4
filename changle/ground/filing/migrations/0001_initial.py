import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('core', '0002_reminders'),
        ('registry', '0002_facts_merging_and_succession'),
        ('territory', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Filing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=20, verbose_name='状态')),
                ('state_since', models.DateTimeField(verbose_name='进入状态时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='办理期限')),
                ('kind', models.CharField(choices=[('new', '新备案'), ('change', '变更备案'), ('cancel', '注销备案')], default='new', max_length=8, verbose_name='事项')),
                ('name', models.CharField(max_length=120, verbose_name='名称')),
                ('nature', models.CharField(blank=True, choices=[('association', '会员类（大家一起活动）'), ('service', '服务类（为居民做事）')], max_length=12, verbose_name='性质')),
                ('purpose', models.TextField(blank=True, max_length=1000, verbose_name='宗旨')),
                ('activities', models.TextField(blank=True, max_length=2000, verbose_name='活动内容')),
                ('scope', models.CharField(blank=True, choices=[('community', '本社区'), ('street', '本街道')], max_length=12, verbose_name='活动范围')),
                ('premises_address', models.CharField(blank=True, max_length=200, verbose_name='活动场所地址')),
                ('premises_area', models.PositiveIntegerField(blank=True, null=True, verbose_name='场所面积（平方米）')),
                ('leader_name', models.CharField(blank=True, max_length=60, verbose_name='负责人')),
                ('leader_phone', models.CharField(blank=True, max_length=20, verbose_name='负责人手机号')),
                ('member_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='成员总数')),
                ('party_member_count', models.PositiveIntegerField(blank=True, null=True, verbose_name='其中党员')),
                ('fund_source', models.CharField(blank=True, max_length=200, verbose_name='经费来源')),
                ('opinion', models.TextField(blank=True, max_length=1000, verbose_name='社区意见')),
                ('opinion_confirmer', models.CharField(blank=True, max_length=60, verbose_name='意见确认人')),
                ('opinion_on', models.DateField(blank=True, null=True, verbose_name='意见日期')),
                ('phone_confirmed', models.BooleanField(default=False, verbose_name='已与负责人通话核实')),
                ('review_note', models.CharField(blank=True, max_length=500, verbose_name='审核意见')),
                ('name_confirmed_because', models.CharField(blank=True, max_length=200, verbose_name='名称不致混淆的理由')),
                ('return_reason', models.CharField(blank=True, max_length=500, verbose_name='退回原因')),
                ('returned_count', models.PositiveSmallIntegerField(default=0, verbose_name='退回次数')),
                ('filing_number', models.CharField(blank=True, max_length=40, verbose_name='备案编号')),
                ('certificate_code', models.CharField(blank=True, max_length=32, verbose_name='核验码')),
                ('begun_at', models.DateTimeField(verbose_name='建立时间')),
                ('changed_at', models.DateTimeField(verbose_name='最近修改时间')),
                ('submitted_on', models.DateField(blank=True, null=True, verbose_name='首次提交日期')),
                ('filed_on', models.DateField(blank=True, null=True, verbose_name='办结日期')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='结束日期')),
                ('days_taken', models.PositiveIntegerField(blank=True, null=True, verbose_name='提交到办结的天数')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='版本')),
                ('is_sample', models.BooleanField(default=False, verbose_name='样例')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.classitem', verbose_name='备案类别')),
                ('charter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.storedfile', verbose_name='简易章程')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.node', verbose_name='所在社区')),
                ('initiator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filings', to=settings.AUTH_USER_MODEL, verbose_name='发起人')),
                ('opinion_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='意见经办人')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='filings', to='registry.organisation', verbose_name='组织')),
                ('premises_proof', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.storedfile', verbose_name='场地证明')),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='审核人')),
            ],
            options={
                'verbose_name': '备案申请',
                'indexes': [models.Index(fields=['state', 'due_on', 'id'], name='filing_waiting'), models.Index(fields=['submitted_on', 'id'], name='filing_received'), models.Index(fields=['leader_phone'], name='filing_phone')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('certificate_code', ''), _negated=True), fields=('certificate_code',), name='certificate_code_belongs_to_one', violation_error_message='核验码重复。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'filed'), _negated=True), models.Q(('filed_on__isnull', False), ('organisation__isnull', False)), _connector='OR'), name='filed_names_the_body_and_the_day', violation_error_message='办结的申请须有组织和日期。'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['submitted', 'street_review', 'filed']), _negated=True), ('submitted_on__isnull', False), _connector='OR'), name='filing_in_hand_was_submitted', violation_error_message='在办的申请须有提交日期。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'street_review'), _negated=True), models.Q(models.Q(('opinion', ''), _negated=True), models.Q(('opinion_confirmer', ''), _negated=True), ('opinion_on__isnull', False)), _connector='OR'), name='street_reviews_after_the_opinion', violation_error_message='社区没有提出意见，不能转街道审核。'), models.CheckConstraint(condition=models.Q(('kind', 'new'), ('organisation__isnull', False), _connector='OR'), name='change_names_the_body', violation_error_message='变更、注销须指明组织。'), models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'street_review', 'returned'])), fields=('organisation',), name='one_open_filing_of_a_body', violation_error_message='这个组织已有一份在办的申请。')],
            },
        ),
        migrations.CreateModel(
            name='FilingMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='姓名')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='手机号')),
                ('sort', models.PositiveIntegerField(default=0, verbose_name='次序')),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='filing.filing', verbose_name='备案申请')),
            ],
            options={
                'verbose_name': '成员',
                'constraints': [models.UniqueConstraint(fields=('filing', 'name', 'phone'), name='member_listed_once', violation_error_message='这位成员已在名单中。'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='member_has_a_name', violation_error_message='请填写姓名。')],
            },
        ),
        migrations.CreateModel(
            name='FilingRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField(verbose_name='生效日期')),
                ('minimum_members', models.PositiveSmallIntegerField(default=5, verbose_name='最少成员数')),
                ('larger_members', models.PositiveSmallIntegerField(default=10, verbose_name='规模较大的成员数')),
                ('excluded_words', models.TextField(blank=True, default='居民委员会\n居委会\n业主委员会\n业委会\n物业管理委员会\n物管会\n楼长会\n楼委会\n居民小组\n有限公司', max_length=2000, verbose_name='名称中不得出现的字样')),
                ('opinion_days', models.PositiveSmallIntegerField(default=5, verbose_name='社区意见期限（工作日）')),
                ('review_days', models.PositiveSmallIntegerField(default=10, verbose_name='街道审核期限（工作日）')),
                ('lapse_months', models.PositiveSmallIntegerField(default=12, verbose_name='多少个月无活动提请认定')),
                ('number_format', models.CharField(default='社备〔{year}〕{street}{serial}号', max_length=60, verbose_name='备案编号格式')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('recorded_at', models.DateTimeField(blank=True, null=True, verbose_name='记录时间')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='registry.classitem', verbose_name='备案类别')),
            ],
            options={
                'verbose_name': '备案条件',
                'constraints': [models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('category', 0), models.F('starts_on'), name='filing_rule_begins_once', violation_error_message='同一天起已有一套条件。'), models.CheckConstraint(condition=models.Q(('lapse_months__gte', 1), ('larger_members__gte', models.F('minimum_members')), ('minimum_members__gte', 1), ('opinion_days__gte', 1), ('review_days__gte', 1)), name='filing_rule_is_sensible', violation_error_message='人数、期限须大于 0，且“规模较大”不低于最少成员数。')],
            },
        ),
        migrations.CreateModel(
            name='FilingSerial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='年度')),
                ('last', models.PositiveIntegerField(default=0, verbose_name='最后一号')),
                ('node', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='territory.node', verbose_name='街道或区')),
            ],
            options={
                'verbose_name': '备案编号流水',
                'constraints': [models.UniqueConstraint(fields=('node', 'year'), name='one_serial_of_a_place_and_year')],
            },
        ),
        migrations.CreateModel(
            name='FilingTurn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('desk', models.CharField(choices=[('community', '社区'), ('street', '街道')], max_length=10, verbose_name='经办')),
                ('outcome', models.CharField(choices=[('agreed', '同意'), ('returned', '退回'), ('filed', '办结'), ('withdrawn', '发起人撤回'), ('closed', '终止')], max_length=10, verbose_name='结果')),
                ('words', models.CharField(blank=True, max_length=1000, verbose_name='意见或理由')),
                ('began_at', models.DateTimeField(verbose_name='收到时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='期限')),
                ('ended_at', models.DateTimeField(verbose_name='办出时间')),
                ('ended_on', models.DateField(verbose_name='办出日期')),
                ('on_time', models.BooleanField(verbose_name='按期')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办人')),
                ('filing', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='filing.filing', verbose_name='备案申请')),
            ],
            options={
                'verbose_name': '备案办理环节',
                'indexes': [models.Index(fields=['ended_on', 'id'], name='filing_turn_ended')],
            },
        ),
        migrations.CreateModel(
            name='LapseProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=20, verbose_name='状态')),
                ('state_since', models.DateTimeField(verbose_name='进入状态时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='办理期限')),
                ('last_active_on', models.DateField(verbose_name='最近一次经核实的活动')),
                ('months', models.PositiveSmallIntegerField(verbose_name='当时的月数标准')),
                ('found_on', models.DateField(verbose_name='发现日期')),
                ('decided_on', models.DateField(blank=True, null=True, verbose_name='认定日期')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='理由')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lapse_proposals', to='registry.organisation', verbose_name='组织')),
            ],
            options={
                'verbose_name': '长期未活动提示',
                'indexes': [models.Index(fields=['found_on', 'id'], name='lapse_found')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('organisation',), name='one_open_lapse_proposal', violation_error_message='这个组织已有一条待认定的提示。'), models.CheckConstraint(condition=models.Q(models.Q(('decided_on__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_on__isnull', False)), _connector='OR'), name='lapse_is_decided_on_a_day', violation_error_message='认定须有日期。')],
            },
        ),
    ]
